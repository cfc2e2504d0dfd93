//! An endpoint that answers from a world.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
};

use alloy_primitives::{Address, hex};
use plimsoll_testkit::engine::{ALICE, BOB, World};

use super::Chain;

/// Answers JSON-RPC over HTTP from a world until the process ends. Returns where.
pub fn serve(mut world: World) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(number) = line.to_lowercase().strip_prefix("content-length:") {
                    length = number.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let answer = answer(&mut world, &serde_json::from_slice(&body).unwrap()).to_string();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", answer.len());
            stream.write_all((head + &answer).as_bytes()).unwrap();
        }
    });
    url
}

fn answer(world: &mut World, request: &serde_json::Value) -> serde_json::Value {
    use serde_json::json;
    let call = &request["params"][0];
    let address = |name: &str| call[name].as_str().unwrap().parse::<Address>().unwrap();
    match request["method"].as_str().unwrap() {
        "eth_call" => {
            let data = hex::decode(call["data"].as_str().unwrap()).unwrap();
            match Chain::call(world, address("from"), address("to"), data).unwrap() {
                Ok(output) => json!({ "result": hex::encode_prefixed(output) }),
                Err(data) => json!({ "error": { "code": 3, "data": hex::encode_prefixed(data) } }),
            }
        }
        "evm_snapshot" => json!({ "result": world.snapshot() }),
        "evm_revert" => {
            world.revert(request["params"][0].as_u64().unwrap() as usize);
            json!({ "result": true })
        }
        "evm_increaseTime" => {
            world.pass(call.as_u64().unwrap() as u32);
            json!({ "result": null })
        }
        "anvil_impersonateAccount" | "anvil_setBalance" | "evm_mine" => json!({ "result": null }),
        "eth_sendTransaction" => {
            let data = hex::decode(call["data"].as_str().unwrap()).unwrap();
            world.send_raw(address("from"), address("to"), data).unwrap();
            json!({ "result": "0x" })
        }
        "eth_getTransactionReceipt" => json!({ "result": { "status": "0x1" } }),
        "eth_getBlockByNumber" => {
            json!({ "result": { "timestamp": format!("{:#x}", World::now(world)) } })
        }
        "eth_getLogs" => {
            let topic = |who: Address| hex::encode_prefixed(who.into_word());
            let logs = [ALICE, BOB, ALICE].map(|who| json!({ "topics": ["0x", topic(who)] }));
            json!({ "result": logs })
        }
        other => json!({ "error": { "code": -32601, "message": other } }),
    }
}
