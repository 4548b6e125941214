"""Keys, passwords, tokens, second factors and roles: what guards an account and its homes."""
