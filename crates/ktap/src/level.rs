//! One level of nested results.

/// The results that are indented alike, between the first of them and the end of their suite.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    pub(crate) indent: usize,
    /// Whether a version line began it, so that there has to be a plan.
    pub(crate) versioned: bool,
    pub(crate) plan: Option<u64>,
    /// How many results came.
    pub(crate) seen: u64,
    /// Whether they have numbers.
    numbered: bool,
    /// What `# Subtest:` calls it.
    pub(crate) name: String,
    /// How many cases there were when it began.
    pub(crate) before: Count,
}

/// How many cases there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) listed: usize,
    pub(crate) left_out: u64,
    pub(crate) failed_left_out: u64,
}

impl Level {
    pub(crate) fn new(indent: usize, name: String, before: Count) -> Level {
        Level { indent, versioned: false, plan: None, seen: 0, numbered: false, name, before }
    }

    /// Whether it is known to be a level of results, and not a line that happens to look like one.
    pub(crate) fn is_declared(&self) -> bool {
        self.versioned || self.plan.is_some()
    }

    /// Whether nothing came behind the line that began it.
    pub(crate) fn is_fresh(&self) -> bool {
        self.plan.is_none() && self.seen == 0
    }

    /// Whether all that was planned came.
    pub(crate) fn is_full(&self) -> bool {
        self.plan.is_some_and(|plan| self.seen >= plan)
    }

    /// Takes a result; `false` where it is none of this level's: where they have numbers, one without is some other line.
    pub(crate) fn takes(&mut self, number: Option<u64>) -> bool {
        let takes = number.is_some() || !self.numbered;
        self.numbered |= number.is_some();
        self.seen += u64::from(takes);
        takes
    }

    /// Why it is not complete.
    pub(crate) fn fault(&self) -> Option<String> {
        let of = match self.name.as_str() {
            "" => String::new(),
            name => format!(" of `{name}`"),
        };
        match self.plan {
            Some(plan) if plan == self.seen => None,
            // Without a version and without results a plan is some other line.
            Some(_) if self.seen == 0 && !self.versioned => None,
            Some(plan) => Some(format!("the plan{of} says {plan} and {} came", self.seen)),
            None if self.versioned => Some(format!("the results{of} have no plan")),
            None => None,
        }
    }
}
