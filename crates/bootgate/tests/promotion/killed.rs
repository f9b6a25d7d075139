//! Runs that are killed or interrupted at any of their requests: the next one ends what they began.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use evidence::Outcome;
use fetch::Digest;
use testkit::meddler::{self, Meddle};
use testkit::web::{Asked, Web};

use crate::world::{Ran, World};

const TAGS: [&str; 3] = ["new", "testing", "stable"];

/// Two images, what they are now, and what all tags but the new one had before.
struct Pair {
    names: [String; 2],
    old: [Digest; 2],
    next: [Digest; 2],
}

impl Pair {
    /// Repositories of its own in a world, with signed results.
    fn new(world: &World, which: &str) -> Pair {
        let names = ["os", "tools"].map(|name| format!("{which}/{name}"));
        let push = |text: &str| {
            [0, 1]
                .map(|at| world.push(&format!("{}:{text}", names[at]), &format!("{text}{at}"), &[]))
        };
        let (old, next) = (push("testing"), push("next"));
        for (name, next) in names.iter().zip(next) {
            world.must("crane", &["tag", &world.name(&format!("{name}:testing")), "stable"]);
            world.attest(name, next, "smoke", Outcome::Passed, Some("ours"));
        }
        Pair { names, old, next }
    }

    fn promotion(&self, world: &World, host: &str) -> Command {
        let images = [0, 1].map(|at| format!("{host}/{}@{}", self.names[at], self.next[at]));
        let (public, private) = (world.path("ours.pub"), world.path("ours.key"));
        let mut arguments = vec!["--require", "smoke", "--signed-by", &public];
        arguments.extend(["--signing-key", &private]);
        arguments.extend(images.iter().flat_map(|image| ["--image", image]));
        arguments.extend(TAGS.iter().flat_map(|tag| ["--to", tag]));
        world.promotion(&arguments)
    }

    /// What each tag has.
    fn tags(&self, world: &World) -> [[Option<Digest>; 3]; 2] {
        let has = |name: &str, tag| world.digest(&world.name(&format!("{name}:{tag}")));
        [0, 1].map(|at| TAGS.map(|tag| has(&self.names[at], tag)))
    }

    fn before(&self) -> [[Option<Digest>; 3]; 2] {
        self.old.map(|old| [None, Some(old), Some(old)])
    }

    fn after(&self) -> [[Option<Digest>; 3]; 2] {
        self.next.map(|next| [Some(next); 3])
    }

    /// As after a run that nobody disturbed: all tags, and of each image one record that names them.
    fn is_done(&self, world: &World, why: &str) {
        assert_eq!(self.tags(world), self.after(), "{why}");
        for (name, next) in self.names.iter().zip(self.next) {
            let records = world.records(name, next);
            assert_eq!(records.len(), 1, "{why}: {records:?}");
            for tag in TAGS {
                let names = records[0].moves.iter().any(|step| {
                    step.target.image.ends_with(name) && step.target.tag == tag && step.to == next
                });
                assert!(names, "{why}: {tag}: {records:?}");
            }
        }
    }
}

/// A registry that says when one of its requests has come, and waits for leave to go on.
struct Stop {
    web: Web,
    come: Receiver<()>,
    leave: Sender<()>,
}

impl Stop {
    /// At this request, or at its answer.
    fn at(world: &World, which: usize, is_answer: bool) -> Stop {
        let (sender, come) = channel();
        let (leave, left) = channel::<()>();
        let (sender, left) = (Mutex::new(sender), Mutex::new(left));
        let wait = Arc::new(move || {
            sender.lock().unwrap().send(()).unwrap();
            let _gone = left.lock().unwrap().recv();
        });
        let asked = AtomicUsize::new(0);
        let web = meddler::before(world.registry.host(), move |_: &Asked| {
            if asked.fetch_add(1, Ordering::SeqCst) != which {
                return Meddle::Pass;
            }
            if !is_answer {
                wait();
                return Meddle::Pass;
            }
            let wait = Arc::clone(&wait);
            Meddle::change(move |page| {
                wait();
                page
            })
        });
        Stop { web, come, leave }
    }

    /// Runs until then.
    fn run(&self, world: &World, pair: &Pair) -> Child {
        let mut command = pair.promotion(world, &self.web.host());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        self.come.recv_timeout(Duration::from_secs(60)).unwrap();
        child
    }
}

/// How many requests a run makes that nobody disturbs.
fn requests(world: &World) -> usize {
    let pair = Pair::new(world, "undisturbed");
    let web = meddler::before(world.registry.host(), |_| Meddle::Pass);
    let ran: Ran = pair.promotion(world, &web.host()).output().unwrap().into();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    pair.is_done(world, "undisturbed");
    web.asked().len()
}

#[test]
fn a_run_that_is_killed_anywhere_is_ended_by_the_next() {
    let world = World::start();
    let all = requests(&world);
    let mut torn = 0;
    for round in 0..20 {
        let pair = Pair::new(&world, &format!("killed{round}"));
        let at = all * round / 20 + round % 3;
        let stop = Stop::at(&world, at.min(all - 1), round % 2 == 0);
        let mut child = stop.run(&world, &pair);
        child.kill().unwrap();
        child.wait().unwrap();
        let _nobody = stop.leave.send(());
        let left = pair.tags(&world);
        torn += usize::from(left != pair.before() && left != pair.after());
        let ran: Ran = pair.promotion(&world, &stop.web.host()).output().unwrap().into();
        let why = format!("killed at {at} of {all}, left {left:?}: {ran:?}");
        assert_eq!(ran.code, Some(0), "{why}");
        pair.is_done(&world, &why);
    }
    assert!(torn > 0, "no moment was in the middle");
}

#[test]
fn an_interrupted_run_has_moved_all_or_nothing_and_says_so() {
    let world = World::start();
    let all = requests(&world);
    for (round, part) in [2, 6, 7, 8, 9].into_iter().enumerate() {
        let pair = Pair::new(&world, &format!("interrupted{round}"));
        for name in &pair.names {
            // This registry does not delete tags.
            world.must("crane", &["tag", &world.name(&format!("{name}:testing")), "new"]);
        }
        let before = pair.tags(&world);
        let stop = Stop::at(&world, all * part / 10, false);
        let child = stop.run(&world, &pair);
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        std::thread::sleep(Duration::from_millis(200));
        stop.leave.send(()).unwrap();
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.err.contains("interrupted by SIGINT"), "{ran:?}");
        let left = pair.tags(&world);
        match ran.err.contains("nothing has moved") {
            true => assert_eq!(left, before, "{ran:?}"),
            false => pair.is_done(&world, &format!("{ran:?}")),
        }
    }
}
