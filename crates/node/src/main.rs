//! The node's command line.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use plimsoll_devnet::StylusParams;
use plimsoll_node::{CLIENT_VERSION, Config, start};

const HELP: &str = "\
An Arbitrum-like node in one process: JSON-RPC over HTTP and WebSocket, EVM and Stylus.

Usage: plimsoll-node [OPTIONS]

Chain:
  --port PORT            port to listen on [8547]
  --host HOST            address to listen on [127.0.0.1]
  --chain-id ID          chain id [412346]
  --timestamp SECS       time of block 0, in seconds since the epoch [1767225600]
  --base-fee WEI         price of gas [20000000]
  --arbos RELEASE        release of ArbOS: 40, 51 or 61 [61]
  --cors ORIGIN          web page that may read answers, or * for all; may be repeated [none]

Blocks:
  --block-secs SECS      seconds from a block's time to the next's [1]
  --block-time SECS      closes a block whenever so much time has passed, instead of with each
                         transaction
  --no-mining            closes blocks only when told to

State:
  --load-state FILE      state to start from
  --dump-state FILE      writes the state when the node is stopped
  --history BLOCKS       blocks before the latest whose state can be asked for [4096]

Limits:
  --request-bytes N      longest request [5242880]
  --response-bytes N     longest response [33554432]
  --batch N              most requests in one batch [1000]
  --connections N        most requests and WebSocket sessions at a time [256]
  --subscriptions N      most subscriptions of one connection [64]
  --call-gas GAS         most gas of a call [32000000]
  --log-blocks N         most blocks that a log query covers [100000]
  --logs N               most logs that a query returns [20000]
  --pool N               most transactions that wait [4096]

  --help                 prints this
";

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What the command line asks for.
#[derive(Default)]
struct Options {
    config: Config,
    load: Option<PathBuf>,
    dump: Option<PathBuf>,
}

fn run(options: Options) -> io::Result<()> {
    let Options { mut config, load, dump } = options;
    let at = |path: &PathBuf, error: io::Error| {
        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
    };
    if let Some(path) = &load {
        config.load = Some(std::fs::read(path).map_err(|error| at(path, error))?.into());
    }
    let (listen, chain_id) = (config.listen, config.chain_id);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let state = runtime.block_on(async {
        let node = start(config).await.map_err(|error| {
            io::Error::new(error.kind(), format!("cannot start on {listen}: {error}"))
        })?;
        println!("{CLIENT_VERSION}, chain {chain_id}, http and ws on {}", node.address);
        tokio::select! {
            () = node.stopped() => {}
            asked = asked_to_stop() => asked?,
        }
        Ok::<_, io::Error>(dump.is_some().then(|| node.dump()))
    })?;
    runtime.shutdown_background();
    match dump.as_ref().zip(state) {
        Some((path, state)) => std::fs::write(path, state).map_err(|error| at(path, error)),
        None => Ok(()),
    }
}

/// Waits for Ctrl-C, or for what process managers send.
async fn asked_to_stop() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Reads the options; `None` if help is wanted.
fn options(mut given: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options::default();
    while let Some(option) = given.next() {
        match option.as_str() {
            "--help" | "-h" => return Ok(None),
            "--no-mining" => options.config.auto_mine = false,
            name => {
                let value = given.next().ok_or_else(|| format!("{name} needs a value"))?;
                let set = set(&mut options, name, &value);
                set.map_err(|error| format!("{name} {value}: {error}"))?;
            }
        }
    }
    Ok(Some(options))
}

fn set(options: &mut Options, name: &str, value: &str) -> Result<(), String> {
    let config = &mut options.config;
    let limits = &mut config.limits;
    match name {
        "--port" => config.listen.set_port(parse(value)?),
        "--host" => config.listen = SocketAddr::new(parse(value)?, config.listen.port()),
        "--chain-id" => config.chain_id = parse(value)?,
        "--timestamp" => config.timestamp = parse(value)?,
        "--base-fee" => config.base_fee = parse(value)?,
        "--arbos" => config.params = release(value)?,
        "--cors" => config.cors.push(value.into()),
        "--block-secs" => config.block_secs = parse(value)?,
        "--block-time" => {
            let secs = parse(value)?;
            if secs == 0 {
                return Err("must be at least 1".into());
            }
            (config.interval, config.block_secs) = (Some(secs), secs);
        }
        "--load-state" => options.load = Some(value.into()),
        "--dump-state" => options.dump = Some(value.into()),
        "--history" => limits.history = parse(value)?,
        "--request-bytes" => limits.request_bytes = parse(value)?,
        "--response-bytes" => limits.response_bytes = parse(value)?,
        "--batch" => limits.batch = parse(value)?,
        "--connections" => limits.connections = parse(value)?,
        "--subscriptions" => limits.subscriptions = parse(value)?,
        "--call-gas" => limits.call_gas = parse(value)?,
        "--log-blocks" => limits.log_blocks = parse(value)?,
        "--logs" => limits.logs = parse(value)?,
        "--pool" => limits.pool = parse(value)?,
        _ => return Err("unknown option".into()),
    }
    Ok(())
}

/// The parameters that a release of ArbOS starts with.
fn release(value: &str) -> Result<StylusParams, String> {
    StylusParams::of_release(parse(value)?).ok_or_else(|| {
        let known = StylusParams::RELEASES.map(|params| params.arbos.to_string());
        format!("must be one of {}", known.join(", "))
    })
}

fn parse<T: FromStr<Err: Display>>(value: &str) -> Result<T, String> {
    value.parse().map_err(|error: T::Err| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[&str]) -> Result<Option<Options>, String> {
        options(given.iter().map(|text| (*text).to_owned()))
    }

    #[test]
    fn every_option_is_documented_and_read() {
        let text = include_str!("../../../docs/NODE.md");
        let names = HELP.split_whitespace().filter(|word| word.starts_with("--"));
        for name in names.filter(|name| *name != "--help") {
            assert!(text.contains(&format!("`{name}`")), "{name} is not in docs/NODE.md");
            // Whatever is wrong with it, it is not that nobody knows it.
            let error = read(&[name, "7"]).err().unwrap_or_default();
            assert!(!error.contains("unknown"), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_with_an_option_is_said() {
        let error = |given: &[&str]| read(given).err().unwrap_or_default();
        assert_eq!(error(&["--port"]), "--port needs a value");
        assert_eq!(error(&["--prot", "1"]), "--prot 1: unknown option");
        assert!(error(&["--port", "65536"]).starts_with("--port 65536: "));
        assert!(error(&["--host", "nowhere"]).starts_with("--host nowhere: "));
        assert_eq!(error(&["--block-time", "0"]), "--block-time 0: must be at least 1");
        assert_eq!(error(&["--arbos", "60"]), "--arbos 60: must be one of 61, 51, 40");
        assert!(matches!(read(&["--help"]), Ok(None)));
        let options = read(&["--block-time", "3", "--cors", "a", "--cors", "b"]);
        let config = options.expect("options").expect("no help").config;
        assert_eq!((config.interval, config.block_secs), (Some(3), 3));
        assert_eq!(config.cors, ["a", "b"]);
    }
}
