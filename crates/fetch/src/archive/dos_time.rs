//! The time of a zip's entry.

use std::time::{Duration, SystemTime};

use zip::extra_fields::ExtraField;
use zip::read::ZipFile;

/// By the field that holds seconds since 1970 where it has one, otherwise by the date of DOS, which knows no time zone: it
/// is taken as UTC.
pub(super) fn mtime<R: std::io::Read>(file: &ZipFile<'_, R>) -> SystemTime {
    let exact = file.extra_data_fields().find_map(|field| match field {
        ExtraField::ExtendedTimestamp(times) => times.mod_time().map(u64::from),
        _ => None,
    });
    let seconds = exact.or_else(|| file.last_modified().map(seconds)).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Since 1970. Years begin in March here, so that leap days come last.
fn seconds(at: zip::DateTime) -> u64 {
    let (month, day) = (u64::from(at.month()), u64::from(at.day()));
    let year = u64::from(at.year()) - u64::from(month <= 2);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468;
    let (hour, minute) = (u64::from(at.hour()), u64::from(at.minute()));
    ((days * 24 + hour) * 60 + minute) * 60 + u64::from(at.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_dos_is_so_many_seconds() {
        for (date, expected) in [
            ((1980, 1, 1, 0, 0, 0), 315_532_800),
            ((2000, 2, 29, 12, 30, 58), 951_827_458),
            ((2024, 12, 31, 23, 59, 58), 1_735_689_598),
            ((2107, 3, 1, 0, 0, 0), 4_328_380_800),
        ] {
            let (y, mo, d, h, mi, s) = date;
            let at = zip::DateTime::from_date_and_time(y, mo, d, h, mi, s).unwrap();
            assert_eq!(seconds(at), expected, "{date:?}");
        }
    }
}
