"""The logins that people have at providers: stored once, sealed, and given to their own alone.

A login is shown to nobody again, its person included. What fetches it is a server or a run of the
person, by a token that is that server's or run's own; and the service, where the person asks it to
deposit something.
"""
