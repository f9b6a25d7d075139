require('../../dist/launch.cjs')('setup-qemu', 'main');
