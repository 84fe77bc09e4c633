// The code under test would be here; the test is rotation.rs.
