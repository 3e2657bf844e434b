"""Backups of a whole deployment: one file, a tar in gzip, that `tar` opens too.

::

    databases/service.sqlite, hub.sqlite     or service.dump, hub.dump, deployment.dump (PostgreSQL)
    deployment/settings.env                  secrets that the state folder does not have
    images/<digest>.tar                      where they were asked for
    state/...                                the state folder, without what is made again
    manifest.json                            what there is, with owners, modes and SHA-256: last

The databases are copied before the files that they name: so each row that was copied has had its
files, and what came since is found in the folders when the service starts. The manifest tells of
damage; whoever can write the file can forge it too, so a backup is kept as the secret that it is.
"""
