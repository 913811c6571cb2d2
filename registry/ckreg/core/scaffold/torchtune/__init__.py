"""torchtune's configs: which keys a recipe has, which parts make a model, where a dataset's rows are."""
