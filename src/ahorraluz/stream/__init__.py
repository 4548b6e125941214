"""The door of MQTT: messages in, acknowledged once they are kept; figures out."""
