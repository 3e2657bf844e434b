"""The CSW reader at a real catalogue, pycsw, which holds a recorded record of EMODnet Chemistry.

pycsw needs older packages than we do, so that it gets an environment of its own.
"""

from datetime import datetime

import pytest

from bluecloud_catalogs.harvest.emodnet import Emodnet
from bluecloud_catalogs.places import Addresses, Live
from bluecloud_catalogs.readers.csw import CswOptions, CswRecords, CswRequest, pages
from tests.federation.judges.environments import environment, running
from tests.federation.recorded import recorded

PACKAGES = ("pycsw==2.6.2", "SQLAlchemy<2", "OWSLib<0.29", "setuptools<80")
IDENTIFIER = "35975e67-aea4-473a-9b67-806740be304b"
SETTINGS = """
[server]
home=.
url=http://127.0.0.1/
mimetype=application/xml; charset=UTF-8
encoding=UTF-8
language=en-US
maxrecords=50
ogc_schemas_base=http://schemas.opengis.net
profiles=apiso
[manager]
transactions=false
[metadata:main]
{main}
[repository]
database=sqlite:///{folder}/records.db
table=records
"""
MAIN = (
    "identification_title", "identification_abstract", "identification_keywords",
    "identification_keywords_type", "identification_fees", "identification_accessconstraints",
    "provider_name", "provider_url", "contact_name", "contact_position", "contact_address",
    "contact_city", "contact_stateorprovince", "contact_postalcode", "contact_country",
    "contact_phone", "contact_fax", "contact_email", "contact_url", "contact_hours",
    "contact_instructions", "contact_role",
)  # fmt: skip
SERVE = """
import os, sys, warnings
warnings.simplefilter("ignore")
folder, port = sys.argv[1:]
os.environ["PYCSW_CONFIG"] = f"{folder}/pycsw.cfg"
from pycsw.core import admin, config
context = config.StaticContext()
database = f"sqlite:///{folder}/records.db"
admin.setup_db(database, "records", folder)
admin.load_records(context, database, "records", f"{folder}/records")
from wsgiref.simple_server import make_server
from pycsw.wsgi import application
make_server("127.0.0.1", int(port), application).serve_forever()
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A catalogue with five records: the recorded one, and it again under other names."""
    text = recorded("emodnet/csw/EmodNET_Chemistry.xml").read_text()
    folder = tmp_path_factory.mktemp("pycsw")
    (folder / "records").mkdir()
    for number in range(5):
        own = text if number == 0 else text.replace(IDENTIFIER, f"other-{number}")
        own = own if number == 0 else own.replace("Contaminants-Lead", f"Mercury {number}%_")
        (folder / "records" / f"{number}.xml").write_text(own)
    main = "\n".join(f"{name}=made" for name in MAIN)
    (folder / "pycsw.cfg").write_text(SETTINGS.format(main=main, folder=folder))
    python = environment(folder, PACKAGES)
    with running(python, SERVE, str(folder), folder=folder) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def place(address, monkeypatch):
    """The catalogue as the live tier of an entry."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return Live(Addresses(address, {"catalogue": address}), None, connections=2)


def found(place, page=2, **request):
    read = CswRecords().read(place, CswOptions(page=page), CswRequest(**request), lazy=False)
    return sorted(read.data["identifier"])


def test_all_records_are_found_page_by_page(place):
    assert found(place) == [IDENTIFIER, "other-1", "other-2", "other-3", "other-4"]


def test_a_text_is_found_with_what_would_be_wild_in_it(place):
    assert found(place, text="Contaminants-Lead: stations") == [IDENTIFIER]
    assert found(place, text="Mercury 3%_") == ["other-3"]
    assert found(place, text="Mercury 3__") == []


def test_a_box_is_understood_in_its_order(place):
    assert len(found(place, bbox=[0, 40, 1, 41])) == 5
    assert found(place, bbox=[40, 0, 41, 1]) == []  # it begins at 19.54 north
    assert found(place, bbox=[170, -20, -170, 20]) == []


def test_records_are_asked_for_by_when_they_were_modified(place):
    for since, number in ((datetime(2020, 1, 1), 5), (datetime(2025, 1, 1), 0)):
        several = list(pages(place, CswOptions(), since=since))
        assert sum(page.returned for page in several) == number


def test_they_are_harvested(place):
    (page,) = Emodnet().pages(place)
    assert page.quarantined == ()
    assert page.cursor is None
    ids = sorted(each.id for each in page.records)
    assert ids[0] == f"emodnet:{IDENTIFIER}"
    assert page.records[0].licence.startswith("CC BY 4.0")
