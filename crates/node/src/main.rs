//! The node's command line.

use std::net::SocketAddr;
use std::process::ExitCode;

use plimsoll_node::{CLIENT_VERSION, Config, start};

const HELP: &str = "\
An Arbitrum-like node in one process: JSON-RPC over HTTP and WebSocket, EVM and Stylus.

Usage: plimsoll-node [OPTIONS]

  --port PORT        port to listen on [8547]
  --host HOST        address to listen on [127.0.0.1]
  --chain-id ID      chain id [412346]
  --timestamp SECS   time of block 0, in seconds since the epoch [1767225600]
  --block-secs SECS  seconds from a block to the next [1]
  --log-blocks N     most blocks that a log query covers [100000]
  --help             prints this
";

fn main() -> ExitCode {
    let config = match config(std::env::args().skip(1)) {
        Ok(Some(config)) => config,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot listen on {}: {error}", config.listen);
            ExitCode::FAILURE
        }
    }
}

fn run(config: Config) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let node = start(config).await?;
        println!("{CLIENT_VERSION}, chain {}, http and ws on {}", config.chain_id, node.address);
        node.stopped().await;
        Ok(())
    })
}

/// Reads the options; `None` if help is wanted.
fn config(mut options: impl Iterator<Item = String>) -> Result<Option<Config>, String> {
    let mut config = Config::default();
    while let Some(option) = options.next() {
        if option == "--help" || option == "-h" {
            return Ok(None);
        }
        let value = options.next().ok_or_else(|| format!("{option} needs a value"))?;
        let wrong = |error: &dyn std::fmt::Display| format!("{option} {value}: {error}");
        let number = || value.parse::<u64>().map_err(|error| wrong(&error));
        match option.as_str() {
            "--port" => {
                config.listen.set_port(value.parse().map_err(|error| wrong(&error as _))?);
            }
            "--host" => {
                let host = value.parse().map_err(|error| wrong(&error as _))?;
                config.listen = SocketAddr::new(host, config.listen.port());
            }
            "--chain-id" => config.chain_id = number()?,
            "--timestamp" => config.timestamp = number()?,
            "--block-secs" => config.block_secs = number()?,
            "--log-blocks" => config.limits.log_blocks = number()?,
            _ => return Err(format!("unknown option {option}")),
        }
    }
    Ok(Some(config))
}
