// Servers start, deploy and restart within a test; Jest takes such a limit from code only, where projects differ.
jest.setTimeout(180_000);
