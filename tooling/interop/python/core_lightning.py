"""Talks to two Core Lightning sockets with pyln-client: reads all lists of one, is paid and pays.

Prints one line of JSON: how many entries each list has, and what became of the payments.
"""

import json
import sys

from pyln.client import LightningRpc, RpcError

LISTS = {
    "listfunds": "outputs",
    "listpeerchannels": "channels",
    "listpays": "pays",
    "listinvoices": "invoices",
    "listsendpays": "payments",
    "listforwards": "forwards",
    "listclosedchannels": "closedchannels",
    "listnodes": "nodes",
    "listchannels": "channels",
    "listoffers": "offers",
    "showrunes": "runes",
    "listpeers": "peers",
}


def main() -> None:
    node, other = (LightningRpc(path) for path in sys.argv[1:3])
    info = node.getinfo()
    told = {"id": info["id"], "version": info["version"]}
    for method, items in LISTS.items():
        told[method] = len(node.call(method)[items])
    told["pay"] = whole_payment(node, other)
    told["error"] = refusal(node)
    print(json.dumps(told))


def whole_payment(node: LightningRpc, other: LightningRpc) -> dict:
    """`other` asks, `node` pays, both know of it."""
    before = sum(c["to_us_msat"] for c in node.call("listpeerchannels")["channels"])
    asked = other.invoice(21_000, "from-python", "caffè ☕")
    paid = node.call("xpay", {"invstring": asked["bolt11"], "maxfee": 5000})
    again = node.pay(asked["bolt11"])
    seen = other.waitinvoice("from-python")
    after = sum(c["to_us_msat"] for c in node.call("listpeerchannels")["channels"])
    return {
        "same_preimage": paid["payment_preimage"] == again["payment_preimage"] == seen["payment_preimage"],
        "received_msat": int(seen["amount_received_msat"]),
        "left_msat": int(before - after),
        "sent_msat": int(paid["amount_sent_msat"]),
        "listed": [pay["status"] for pay in node.listpays(bolt11=asked["bolt11"])["pays"]],
    }


def refusal(node: LightningRpc) -> int:
    try:
        node.call("xpay", {"invstring": "lnbcrt1invalid"})
    except RpcError as error:
        return error.error["code"]
    return 0


main()
