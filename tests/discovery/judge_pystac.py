"""pystac-client asks the API at the address given; run by the environment of the judges."""

import itertools
import json
import sys
import warnings

from pystac_client import Client

warnings.simplefilter("error")
client = Client.open(sys.argv[1])
asked = {"bbox": [-20, 30, 40, 60], "datetime": "1970-01-01/1990-12-31"}
search = client.search(**asked, collections=["argogdac", "seadatanet"], limit=100)
items = list(search.items())
# Its search has no argument for text, which its paging takes as it takes any other.
pages = client._stac_io.get_pages(
    f"{sys.argv[1]}/search", method="POST", parameters={"q": "oxygen", "limit": 60}
)
text = [feature["id"] for page in itertools.islice(pages, 2) for feature in page["features"]]
one = client.get_collection("argogdac")
whole = client.search(intersects={"type": "Point", "coordinates": [0, 0]})
print(
    json.dumps(
        {
            "title": client.title,
            "collections": sorted(collection.id for collection in client.get_collections()),
            "matched": search.matched(),
            "ids": [item.id for item in items],
            "kinds": sorted({type(item).__name__ for item in items}),
            "text": text,
            "extent": one.extent.to_dict(),
            "one": one.get_item(
                items[0].id
                if items[0].collection_id == "argogdac"
                else next(item.id for item in items if item.collection_id == "argogdac")
            ).id,
            "point": whole.matched(),
        }
    )
)
