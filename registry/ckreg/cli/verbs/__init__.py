"""The verbs: one file each, loaded only when its verb is called."""
