//! Layers from a registry, several at once, taken in their order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use fetch::{Progress, Store};
use problem::Problem;
use registry::{Descriptor, Repository};

/// How many are pulled at once.
const AT_ONCE: usize = 4;

/// What those who pull say of a layer.
enum Said {
    /// So many bytes are there.
    Came(u64),
    /// All of it is there.
    Done(Result<PathBuf, Problem>),
}

/// Who pulls.
struct Puller<'a> {
    repository: &'a Repository,
    layers: &'a [Descriptor],
    kept: &'a Store,
    /// The first layer that nobody has begun with.
    next: AtomicUsize,
}

/// Has `take` take each layer by its index, in order, as soon as it is there.
pub(crate) fn each(
    repository: &Repository,
    layers: &[Descriptor],
    kept: &Store,
    progress: Progress<'_>,
    take: &mut dyn FnMut(usize, &Path) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let puller = Puller { repository, layers, kept, next: AtomicUsize::new(0) };
    thread::scope(|scope| {
        let (say, hear) = channel();
        for say in vec![say; AT_ONCE.min(layers.len())] {
            scope.spawn(|| puller.pull(say));
        }
        listen(layers, hear, progress, take)
    })
}

impl Puller<'_> {
    /// Pulls until there is nothing left, or nobody listens any more.
    fn pull(&self, say: Sender<(usize, Said)>) {
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(layer) = self.layers.get(index) else { return };
            let stored = self.kept.keep(layer.digest, |path| {
                let mut progress = |count, _| drop(say.send((index, Said::Came(count))));
                self.repository.blob(layer, path, &mut progress)
            });
            if say.send((index, Said::Done(stored.map(|stored| stored.path)))).is_err() {
                return;
            }
        }
    }
}

fn listen(
    layers: &[Descriptor],
    hear: Receiver<(usize, Said)>,
    progress: Progress<'_>,
    take: &mut dyn FnMut(usize, &Path) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let total = total(layers.iter());
    let mut came = vec![0_u64; layers.len()];
    let mut waiting = BTreeMap::new();
    let mut due = 0;
    for (index, said) in hear {
        match said {
            Said::Came(count) => came[index] = count,
            Said::Done(path) => {
                came[index] = layers[index].size;
                waiting.insert(index, path?);
            }
        }
        progress(came.iter().fold(0, |sum, count| sum.saturating_add(*count)), Some(total));
        while let Some(path) = waiting.remove(&due) {
            take(due, &path)?;
            due += 1;
        }
    }
    Ok(())
}

/// Of all of them, in bytes.
pub(crate) fn total<'a>(layers: impl Iterator<Item = &'a Descriptor>) -> u64 {
    layers.fold(0, |sum, layer| sum.saturating_add(layer.size))
}
