require('../../dist/launch.cjs')('run-gate', 'main');
