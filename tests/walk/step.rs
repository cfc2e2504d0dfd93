//! One call, and everything that must hold after it.

use plimsoll_testkit::audit::try_solvency;
use plimsoll_testkit::engine::World;

use crate::act::Act;
use crate::{numbered, rules};

/// Calls from one comparison of what the engine says of its solvency with a recount to the next.
pub const SOLVENCY_EVERY: usize = 50;

/// Performs one act, checks everything, and says how it ended. The solvency view is compared with
/// a recount after each `every`-th call.
pub fn step(world: &mut World, act: &Act, lines: &mut Vec<String>, every: usize) -> String {
    let before = rules::Before::of(world, act);
    let seen = numbered::Seen::of(world);
    lines.push(format!("{} {act:?}", world.now()));
    let outcome = act.perform(world);
    let end = match &outcome {
        Ok(()) => "ok".to_owned(),
        Err(failure) => failure.to_string(),
    };
    if let Some(line) = lines.last_mut() {
        *line += &format!(" -> {end}");
    }
    if let Err(failure) = &outcome {
        let name = failure.name();
        assert!(act.may_fail_with(&name), "{} failed with {failure}", act.name());
        assert!(
            name != "Overflow" || before.worth_too_many(act),
            "{} failed with {failure}",
            act.name()
        );
    }
    assert!(outcome.is_err() || !act.must_fail(), "{} passed", act.name());
    rules::check(world, act, &before, outcome.is_ok());
    numbered::check(world, act, &seen, outcome.is_ok());
    if lines.len().is_multiple_of(every) {
        let wrong = try_solvency(world).err().unwrap_or_default();
        assert!(wrong.is_empty(), "I-11, I-16: {}", wrong.join("; "));
    }
    end
}
