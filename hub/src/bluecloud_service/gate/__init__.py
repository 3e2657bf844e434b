"""The gate: a candidate image of a laboratory is checked before it can be promoted.

The candidate is checked inside itself, because what counts is whether *its* programs do what people
will ask of them: network off, held as a laboratory is. So much of its own can be believed as can be
had from outside, and the rest is asked in a way that an easy lie does not answer.

Had from outside, and true whatever the candidate does:

- its user, command, size and id: the engine's own records;
- packages and licences, the version of JupyterHub, notebooks, catalogue and extensions that lie in
  it: read off the engine's export of its files, with nothing of it executed (`files`, `packages`);
- how each step ended: each is a container of its own, with a time limit, whose exit status, length,
  memory and end for want of memory are the engine's and the service's to say (`held`).

Asked inside, of a program that the service puts there, `inside`, of the standard library only and
started as ``python -I -S``, so that no ``sitecustomize`` and no path of the candidate's is in it.
It tells what it found behind a word that it takes out of the candidate's reach before it starts any
of its programs, so that what they print is never taken for it. And it is asked for what a forger
cannot say in advance: notebooks come out executed, to be read by the service, with a last cell that
has a sum to work out (`notebooks`); among the catalogue's entries is one that does not exist; the
server is asked with a right token, a wrong one and none, and has to ask the hub.

What no gate can say: a candidate whose very Python or C library is made to deceive *this* gate
could do so, just as a notebook could be written to compute nothing. It deceives its own members,
with its manager's name on it, and reaches nothing beyond what a laboratory reaches. The report is
held in bounds and shown as text.
"""

from .checking import Times, check_candidate, only_check, remove_leftovers
from .errors import EngineSilent, GateBusy, GateError, NoSuchImage
from .held import Held
from .report import CHECKS, Check, CheckName, Report, read_report, write_report

__all__ = [
    "CHECKS",
    "Check",
    "CheckName",
    "EngineSilent",
    "GateBusy",
    "GateError",
    "Held",
    "NoSuchImage",
    "Report",
    "Times",
    "check_candidate",
    "only_check",
    "read_report",
    "remove_leftovers",
    "write_report",
]
