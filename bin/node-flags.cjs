'use strict';
// How Node is started for Sluis. The Dockerfile and the service in docs/operators-guide.md say the same by hand; a test compares.
module.exports = [
  '--enable-source-maps',
  // V8 begins with a small heap and collects the whole of it each time that it grows: for the life of a process, up to half of all
  // CPU time (docs/performance.md). Megabytes that it may reach before; none of it is taken until it is needed.
  '--initial-heap-size=256',
];
