"""What whoever runs the service looks after: people, facts, models, and the trail."""
