// What takes a minute alone takes several beside other work, or on a slower machine: only what hangs is to be ended.
jest.setTimeout(600_000);
