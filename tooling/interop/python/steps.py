"""The steps that every Python client takes; each client brings its own `list_tools` and `call_tool`."""

import json


def check(condition, message):
    if not condition:
        raise AssertionError(message)


async def take_steps(list_tools, call_tool, revision):
    """`call_tool` answers (is_error, structured content, text)."""
    names = await list_tools()
    check("pay_invoice" in names, f"pay_invoice is not among {names}")

    is_error, before, text = await call_tool("get_wallet_balance", {})
    check(not is_error, text)

    is_error, made, text = await call_tool("create_test_invoice", {"amount_sats": 21})
    check(not is_error, text)

    is_error, paid, text = await call_tool("pay_invoice", {"invoice": made["invoice"]})
    check(not is_error, text)
    check(paid["status"] == "settled", f"status {paid['status']}")
    check(paid["amount_sats"] == 21, f"amount {paid['amount_sats']}")

    is_error, after, text = await call_tool("get_wallet_balance", {})
    check(not is_error, text)
    spent = before["balance_sats"] - after["balance_sats"]
    check(spent >= 21, f"only {spent} sats left the wallet")

    is_error, failure, text = await call_tool("pay_invoice", {"invoice": "lnbcrt1nonsense"})
    check(is_error, "nonsense was paid")
    print(json.dumps({"revision": revision(), "tools": len(names), "error": text}))
