"""The analyst's page: what the record store holds, read over its API, counted and drawn."""
