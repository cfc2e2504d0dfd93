//! A small crash on the compiled programs, from the options to the page.

use std::sync::Arc;

use plimsoll_demo::cli::{self, Command, Options};
use plimsoll_demo::{Course, Outcome, play, report};
use plimsoll_testkit::engine::Programs;

fn options(line: &str) -> Options {
    match cli::parse(line.split_whitespace().map(Into::into)) {
        Ok(Command::Run(options)) => options,
        other => panic!("{line}: {other:?}"),
    }
}

fn run(options: &Options, programs: &Arc<Programs>) -> Outcome {
    let mut steps = (0, 0);
    let course = Course::new(options).unwrap_or_else(|error| panic!("{error}"));
    let mut on_progress = |done, total, _: &str| steps = (done, total);
    let outcome = play(options, &course, programs.clone(), &mut on_progress);
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(0 < steps.1 && steps.0 == steps.1, "the bar ends full");
    outcome
}

#[test]
fn every_check_holds_and_the_same_options_give_the_same_run() {
    let programs = Programs::shared();
    let twelve_hours = "--positions 30 --from 2020-03-12T06:00 --to 2020-03-12T18:00";
    let options = options(twelve_hours);
    let outcome = run(&options, &programs);
    assert_eq!(outcome.wrong, Vec::<String>::new(), "{}", outcome.account);

    let data = &outcome.data;
    assert!(data.auctions.iter().all(|auction| auction.closed.is_some()));
    assert!(data.auctions.iter().any(|auction| auction.takes.len() > 1), "a partial take");
    assert!(data.auctions.iter().any(|auction| auction.positions > 1), "a lot that joined");
    assert!(data.conservation.iter().all(|token| token.difference() == 0));
    assert_eq!(data.health.last().map(|health| health.counts[0]), Some(0), "nobody below one");
    for entry in ["borrow", "kick", "report", "settle", "take", "withdraw"] {
        let gas = data.gas.iter().find(|gas| gas.entry.starts_with(entry));
        assert!(gas.is_some_and(|gas| gas.calls > 0), "{entry}");
    }

    let again = run(&options, &programs);
    assert_eq!(outcome.account, again.account);
    assert!(report::render(data) == report::render(&again.data));
    let other = run(&Options { seed: 7, ..options }, &programs);
    assert_ne!(outcome.account, other.account);
    assert_eq!(other.wrong, Vec::<String>::new(), "{}", other.account);
}

#[test]
fn one_position_and_one_hour_are_enough() {
    let options = options("--positions 1 --from 2020-03-12T10:00 --to 2020-03-12T11:00");
    let outcome = run(&options, &Programs::shared());
    assert_eq!(outcome.wrong, Vec::<String>::new(), "{}", outcome.account);
}
