"""Pages of agencies: what is told of groups of homes, and the desk where policies are tried."""
