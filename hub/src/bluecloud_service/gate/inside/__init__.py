"""What is put into a candidate and executed there: the standard library and nothing else.

The files of this package are read as text and never imported by the service. In a candidate they
lie in a folder of their own and are started as ``python -I -S``, so that neither the candidate's
environment nor a ``sitecustomize`` of its is executed in the process that tells the service.
"""
