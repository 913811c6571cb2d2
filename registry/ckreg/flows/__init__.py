"""What several verbs share of core and adapters together."""
