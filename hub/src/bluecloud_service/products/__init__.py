"""Products: what a run left, checked, licensed, approved by a manager, and found again.

::

    licences    which licences a product may have, by those of what it was made from
    lineage     what a run read, with licences and citations, as its capsule tells
    inside      the program that opens a stranger's files, in a process or container of its own
    checks      running it, and what of its word is believed
    drafts      a proposal's files: copied without following a link, and moved into place at once
    store       the table of proposals and products: what is so
    entries     a product as an entry of the catalogue and as a record of the search
    found       the search, with products in it
    from_runs   what a product is made of: a run, its files, what it read
    shown       a product or proposal as one person is shown it
    proposals   what can be asked of proposals, without a word about HTTP
    service     what can be asked of products
    repositories  where products are deposited, and what is said of one there
    parcels     a product's files as a repository takes them
    deposits    the table of deposits, and who is at one now
    depositing  what can be asked of deposits

The files that are checked are those that are published: they are copied when they are proposed, and
nobody but the service writes there. The database says what is so; folders follow from it, and
whatever the service was doing when it was killed is finished at its next start.
"""
