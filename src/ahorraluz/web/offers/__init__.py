"""Pages of renewable providers, and of residents who may be met by them."""
