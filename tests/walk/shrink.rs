//! From a walk that went wrong to the few calls that do.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use plimsoll_testkit::engine::{World, WorldConfig};

use crate::act::Act;
use crate::ending::wind_up;
use crate::step::step;

/// Replays that a failure may cost.
const REPLAYS: u32 = 400;

/// What went wrong, without its values: two failures of one kind are the same failure.
fn kind(message: &str) -> String {
    let first = message.split(['(', '\n']).next().unwrap_or_default();
    first.chars().filter(|character| !character.is_ascii_digit()).collect()
}

/// Replays panic by the hundred, on the chain's own threads; what they say is in the report.
pub fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = take_hook();
        set_hook(Box::new(move |panic| {
            if std::thread::current().name() != Some("transaction") {
                hook(panic);
            }
        }));
    });
}

/// The words of a panic.
pub fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let owned = panic.downcast_ref::<String>().cloned();
    owned
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default()
}

/// Performs acts on a fresh market, and its ending if `over`. Returns how it went wrong and the
/// lines up to there.
fn replay(start: &World, acts: &[Act], over: bool) -> Option<(String, Vec<String>)> {
    let mut world = start.clone();
    world.audited = false;
    let mut lines = Vec::new();
    let went = world.batch(|world| {
        catch_unwind(AssertUnwindSafe(|| {
            for act in acts {
                // What is compared now and then is compared always: fewer calls are other ones.
                step(world, act, &mut lines, 1);
            }
            if over {
                wind_up(world);
            }
        }))
        .map_err(|panic| message(&*panic))
    });
    went.err().map(|message| (message, lines))
}

/// The shortest list of calls found that goes wrong in the same way, one line each with its end.
/// `over`: it went wrong in the ending.
pub fn shrink(
    config: &WorldConfig,
    acts: &[Act],
    wrong: &str,
    over: bool,
) -> (String, Vec<String>) {
    let start = crate::furnished(config);
    let wanted = kind(wrong);
    let mut replays = 0;
    let mut fails = |acts: &[Act]| {
        replays += 1;
        let found = replay(&start, acts, over).filter(|(message, _)| kind(message) == wanted);
        (replays <= REPLAYS).then_some(found).flatten()
    };
    let Some(mut found) = fails(acts) else {
        return (wrong.to_owned(), vec!["the calls alone do not go wrong again".to_owned()]);
    };
    let (mut acts, mut chunk) = (acts.to_vec(), acts.len() / 2);
    while chunk > 0 {
        let mut at = 0;
        while at < acts.len() {
            let end = (at + chunk).min(acts.len());
            let fewer: Vec<Act> = acts[..at].iter().chain(&acts[end..]).cloned().collect();
            match fails(&fewer) {
                Some(again) => (acts, found) = (fewer, again),
                None => at = end,
            }
        }
        chunk /= 2;
    }
    found
}
