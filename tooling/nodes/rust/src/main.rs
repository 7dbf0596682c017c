//! Asks a Core Lightning (here: the fake) for what cln-rpc has typed models of, and says what they found.
//! One line of JSON on stdout: how many entries of each list, and a few values to compare.

use anyhow::{Context, Result};
use cln_rpc::model::requests::*;
use cln_rpc::model::responses::*;
use cln_rpc::{ClnRpc, Request, Response};
use serde_json::{json, Map, Value};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let path = std::env::args().nth(1).context("usage: cln-rpc-check SOCKET")?;
    let mut node = ClnRpc::new(&path).await.context("the socket cannot be opened")?;
    let mut told = Map::new();

    macro_rules! list {
        ($name:literal, $request:ident { $($field:ident: $value:expr),* }, $answer:ident, $items:ident) => {{
            let request = serde_json::from_value::<$request>(json!({ $(stringify!($field): $value),* }))?;
            let answer: $answer = node.call_typed(&request).await.context($name)?;
            told.insert($name.into(), json!(answer.$items.len()));
        }};
    }

    let info: GetinfoResponse = match node.call(Request::Getinfo(GetinfoRequest {})).await? {
        Response::Getinfo(info) => info,
        other => anyhow::bail!("getinfo answered {other:?}"),
    };
    told.insert("id".into(), json!(info.id.to_string()));
    told.insert("version".into(), json!(info.version));

    list!("listfunds.outputs", ListfundsRequest {}, ListfundsResponse, outputs);
    list!("listfunds.channels", ListfundsRequest {}, ListfundsResponse, channels);
    list!("listpeerchannels", ListpeerchannelsRequest {}, ListpeerchannelsResponse, channels);
    list!("listpays", ListpaysRequest {}, ListpaysResponse, pays);
    list!("listinvoices", ListinvoicesRequest {}, ListinvoicesResponse, invoices);
    list!("listsendpays", ListsendpaysRequest {}, ListsendpaysResponse, payments);
    list!("listforwards", ListforwardsRequest {}, ListforwardsResponse, forwards);
    list!("listclosedchannels", ListclosedchannelsRequest {}, ListclosedchannelsResponse, closedchannels);
    list!("listnodes", ListnodesRequest {}, ListnodesResponse, nodes);
    list!("listchannels", ListchannelsRequest {}, ListchannelsResponse, channels);
    list!("listoffers", ListoffersRequest {}, ListoffersResponse, offers);
    list!("showrunes", ShowrunesRequest {}, ShowrunesResponse, runes);
    list!("listpeers", ListpeersRequest {}, ListpeersResponse, peers);

    println!("{}", Value::Object(told));
    Ok(())
}
