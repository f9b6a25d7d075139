//! With GitHub's own client, in front of our store and in front of Azurite: each restores what the other has saved.

use std::fs;
use std::path::Path;

use cache::Paths;
use testkit::cache_service::{Azurite, CacheService, Official};

use crate::tree::{fell, look, noise, plant};
use crate::world::{World, cache, restore, save};

/// The two clients, and the trees that they pass to one another.
struct Both<'a> {
    world: World,
    service: &'a CacheService,
}

impl Both<'_> {
    fn new(service: &CacheService) -> Both<'_> {
        Both { world: World::new(), service }
    }

    fn official(&self) -> Official<'_> {
        Official::new(self.service, &self.world.workspace(), &self.world.home())
    }

    /// What one has saved, the other one restores: the same trees, inside and outside of the workspace.
    fn pass(&self, save: impl Fn(&Self), restore: impl Fn(&Self)) {
        let paths = self.paths();
        let look_at_all = || paths.targets().iter().map(|at| look(at)).collect::<Vec<_>>();
        paths.targets().iter().for_each(|target| plant(target));
        fs::write(paths.targets()[0].join("noise"), noise(3 << 20, 1)).unwrap();
        let before = look_at_all();
        save(self);
        paths.targets().iter().for_each(|target| fell(target));
        restore(self);
        assert!(before == look_at_all(), "{before:#?}\n{:#?}", look_at_all());
        assert_eq!(self.service.complaints(), [""; 0]);
    }

    fn paths(&self) -> Paths {
        self.world.paths(&self.world.inputs())
    }

    fn we_save(&self) {
        save(&cache(self.service), &self.paths(), "from-us");
    }

    fn we_restore(&self) {
        let hit = restore(&cache(self.service), &self.paths(), "from-them");
        assert!(hit.unwrap().exact);
    }

    fn they_save(&self) {
        let saved = self.official().save(&self.world.inputs(), "from-them");
        assert!(saved.outcome.is_some(), "{}", saved.log);
    }

    fn they_restore(&self) {
        let restored = self.official().restore(&self.world.inputs(), "from-us", &[]);
        assert_eq!(restored.outcome.as_deref(), Some("from-us"), "{}", restored.log);
    }
}

fn pass_both_ways(service: &CacheService) {
    Both::new(service).pass(Both::they_save, Both::we_restore);
    Both::new(service).pass(Both::we_save, Both::they_restore);
}

#[test]
fn each_restores_what_the_other_has_saved() {
    pass_both_ways(&CacheService::start());
}

#[test]
fn each_restores_what_the_other_has_saved_to_azurite() {
    let azurite = Azurite::start();
    pass_both_ways(&CacheService::before(&azurite));
}

#[test]
fn blocks_of_either_become_a_blob_in_azurite() {
    let azurite = Azurite::start();
    let service = CacheService::before(&azurite);
    let both = Both::new(&service);
    let (file, paths) = (both.world.workspace().join("big"), both.world.paths(&["big"]));
    // More than GitHub's client sends at once.
    fs::write(&file, noise(130 << 20, 1)).unwrap();
    let before = look(&file);
    assert!(both.official().save(&["big"], "from-them").outcome.is_some());
    save(&cache(&service), &paths, "from-us");
    fs::remove_file(&file).unwrap();
    restore(&cache(&service), &paths, "from-them").unwrap();
    assert!(before == look(&file));
    fs::remove_file(&file).unwrap();
    let restored = both.official().restore(&["big"], "from-us", &[]);
    assert_eq!(restored.outcome.as_deref(), Some("from-us"), "{}", restored.log);
    assert!(before == look(&file));
}

#[test]
fn both_understand_the_service_alike() {
    let service = CacheService::start();
    let both = Both::new(&service);
    let official = both.official();
    fs::write(both.world.workspace().join("a"), "a").unwrap();
    save(&cache(&service), &both.world.paths(&["a"]), "k-1");
    assert_eq!(official.save(&["a"], "k-1").outcome, None, "one key, one entry");
    assert_eq!(official.restore(&["a"], "l", &[]).outcome, None, "a miss");
    assert_eq!(official.restore(&["a"], "l", &["k-"]).outcome.as_deref(), Some("k-1"));
    assert_eq!(official.restore(&["./a"], "k-1", &[]).outcome, None, "another version");
    assert_eq!(official.restore(&["a"], "k", &[]).outcome.as_deref(), Some("k-1"), "a prefix");
    assert!(Path::new(&both.world.workspace()).join("a").exists());
    assert_eq!(service.complaints(), [""; 0]);
}
