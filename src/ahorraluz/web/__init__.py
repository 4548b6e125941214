"""Pages by reader: today the residents'; each translates, calls a service, translates back."""
