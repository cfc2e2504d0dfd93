//! One call, and everything that must hold after it.

use plimsoll_testkit::engine::World;

use crate::act::Act;
use crate::{numbered, rules};

/// Performs one act, checks everything, and says how it ended.
pub fn step(world: &mut World, act: &Act, lines: &mut Vec<String>) -> String {
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
    }
    rules::check(world, act, &before, outcome.is_ok());
    numbered::check(world, act, &seen, outcome.is_ok());
    end
}
