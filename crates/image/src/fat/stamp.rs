//! Time as FAT has it: no zone, steps of two seconds, the years 1980 to 2107.

/// 1980-01-01 00:00:00 and 2107-12-31 23:59:58, in seconds since 1970.
const FIRST: u64 = 315_532_800;
const LAST: u64 = 4_354_819_198;

/// A time and a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) time: u16,
    pub(crate) date: u16,
}

impl Stamp {
    /// Of seconds since 1970, moved into what FAT knows.
    pub(crate) fn of(seconds: u64) -> Stamp {
        let seconds = seconds.clamp(FIRST, LAST);
        let (year, month, day) = civil(seconds / 86_400);
        let in_day = seconds % 86_400;
        let (hour, minute, second) = (in_day / 3600, in_day / 60 % 60, in_day % 60);
        Stamp {
            time: (hour << 11 | minute << 5 | (second / 2)) as u16,
            date: ((year - 1980) << 9 | month << 5 | day) as u16,
        }
    }
}

/// Year, month and day of a day since 1970. Years begin in March here, so that the day that may be missing is the last.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march = (5 * day + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day - (153 * march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(seconds: u64) -> [u16; 6] {
        let Stamp { time, date } = Stamp::of(seconds);
        let (hour, minute, second) = (time >> 11, time >> 5 & 63, (time & 31) * 2);
        [1980 + (date >> 9), date >> 5 & 15, date & 31, hour, minute, second]
    }

    #[test]
    fn a_time_is_split_into_its_parts() {
        assert_eq!(parts(1_700_000_000), [2023, 11, 14, 22, 13, 20]);
        assert_eq!(parts(951_782_400), [2000, 2, 29, 0, 0, 0]);
        assert_eq!(parts(4_107_542_400), [2100, 3, 1, 0, 0, 0]);
    }

    #[test]
    fn a_time_that_fat_does_not_know_is_moved() {
        assert_eq!(parts(0), [1980, 1, 1, 0, 0, 0]);
        assert_eq!(parts(u64::MAX), [2107, 12, 31, 23, 59, 58]);
    }
}
