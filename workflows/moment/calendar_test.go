package moment_test

import "testing"

// TestParseNewYear is written eleven minutes into 2027.
func TestParseNewYear(t *testing.T) {
	checkTable(t, "Asia/Tokyo", "2027-01-01T00:11:00+09:00", [][2]string{
		{"0:05", "2027-01-01T00:05:00+09:00 dz"},
		{"23:50", "2026-12-31T23:50:00+09:00 dz"},
		{"24:05", "2027-01-01T00:05:00+09:00 dz"},
		{"12/31 23:50", "2026-12-31T23:50:00+09:00 yz"},
		{"12/31 24:05", "2027-01-01T00:05:00+09:00 yz"},
		{"1/1 0:05", "2027-01-01T00:05:00+09:00 yz"},
		{"1/2 0:05", "2026-01-02T00:05:00+09:00 yzm"},
		{"昨日 23:50", "2026-12-31T23:50:00+09:00 z"},
		{"大晦日 23:50", "unreadable"},
		{"30分前", "2026-12-31T23:41:00+09:00"},
		{"15:05 UTC", "2026-12-31T15:05:00Z d"},
		{"12/31 15:05 UTC", "2026-12-31T15:05:00Z y"},
	})
	// Half a minute before midnight, "0:00" is the one that comes.
	checkTable(t, "Asia/Tokyo", "2026-12-31T23:59:30+09:00", [][2]string{
		{"0:00", "2027-01-01T00:00:00+09:00 dz"},
		{"1/1 0:00", "2027-01-01T00:00:00+09:00 yz"},
		{"0:01", "2026-12-31T00:01:00+09:00 dz"},
	})
}

// TestParseDaylightSaving is about America/New_York, where clocks went forward on
// 2026-03-08 at 2:00 and back on 2026-11-01 at 2:00, and Europe/Berlin, where they
// did so on 2026-03-29 at 2:00 and 2026-10-25 at 3:00.
func TestParseDaylightSaving(t *testing.T) {
	checkTable(t, "America/New_York", "2026-03-08T09:00:00-04:00", [][2]string{
		{"2:30", "skipped"},
		{"2:30 am", "skipped"},
		{"3/8 2:30", "skipped"},
		{"today 2:30", "skipped"},
		{"1:59", "2026-03-08T01:59:00-05:00 dz"},
		{"3:00", "2026-03-08T03:00:00-04:00 dz"},
		{"2:30 EST", "2026-03-08T02:30:00-05:00 d"},
		{"yesterday 2:30", "2026-03-07T02:30:00-05:00 z"},
		{"9h ago", "2026-03-07T23:00:00-05:00"},
	})
	checkTable(t, "America/New_York", "2026-03-08T01:40:00-05:00", [][2]string{
		{"2:30", "2026-03-07T02:30:00-05:00 dz"}, // the clocks have not jumped yet
		{"today 2:30", "future"},
	})
	checkTable(t, "America/New_York", "2026-03-08T03:10:00-04:00", [][2]string{
		{"2:50", "skipped"},
	})
	checkTable(t, "America/New_York", "2026-11-01T09:00:00-05:00", [][2]string{
		{"1:30", "twice"},
		{"11/1 1:30", "twice"},
		{"2026-11-01 01:30", "twice"},
		{"1:30 EDT", "2026-11-01T01:30:00-04:00 d"},
		{"1:30 EST", "2026-11-01T01:30:00-05:00 d"},
		{"1:30 -04:00", "2026-11-01T01:30:00-04:00 d"},
		{"0:59", "2026-11-01T00:59:00-04:00 dz"},
		{"2:00", "2026-11-01T02:00:00-05:00 dz"},
		{"10h ago", "2026-11-01T00:00:00-04:00"},
	})
	checkTable(t, "America/New_York", "2026-11-01T01:40:00-04:00", [][2]string{
		{"1:30", "2026-11-01T01:30:00-04:00 dz"}, // the second one is still to come
	})
	checkTable(t, "Europe/Berlin", "2026-03-29T12:00:00+02:00", [][2]string{
		{"2:30", "skipped"},
		{"29 Mar 02:30", "skipped"},
		{"1:30", "2026-03-29T01:30:00+01:00 dz"},
		{"1:30 UTC", "2026-03-29T01:30:00Z d"},
		{"2:30 CET", "2026-03-29T02:30:00+01:00 d"},
	})
	checkTable(t, "Europe/Berlin", "2026-10-25T12:00:00+01:00", [][2]string{
		{"2:30", "twice"},
		{"2:30 CEST", "2026-10-25T02:30:00+02:00 d"},
		{"3:00", "2026-10-25T03:00:00+01:00 dz"},
		{"24 Oct 26:30", "twice"},
		{"25.10.2026 12:00", "unreadable"},
	})
	checkTable(t, "Pacific/Apia", "2012-01-02T12:00:00+14:00", [][2]string{
		{"2011-12-30 10:00", "skipped"}, // Samoa left out this whole day
		{"2011-12-31 10:00", "2011-12-31T10:00:00+14:00 z"},
	})
}
