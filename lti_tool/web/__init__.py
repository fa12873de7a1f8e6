"""What every page shares: the transaction, the session of one launch, errors, headers, forms, paging."""
