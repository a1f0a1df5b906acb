"""Shows that ext4 may end a sync without an error while it is shut down, and lose what was synced.

Four threads write and fdatasync a file each; the file system is shut down without a flush of its
journal, and mounted again. Nothing else is involved. Needs root: python3 shutdown-race.py CUTS
"""
import fcntl
import os
import random
import struct
import subprocess
import sys
import tempfile
import threading
import time

THREADS = 4
RECORD_BYTES = 512
DISK_BYTES = 64 << 20
EXT4_IOC_SHUTDOWN = 0x8004587D
NOLOGFLUSH = struct.pack('I', 2)


def record(number):
    return number.to_bytes(8, 'little') * (RECORD_BYTES // 8)


def write(path, synced):
    try:
        with open(path, 'wb', buffering=0) as file:
            while True:
                file.write(record(len(synced) + 1))
                os.fdatasync(file)
                synced.append(time.monotonic_ns())
    except OSError:
        return  # Shut down.


def whole_records(path):
    if not os.path.exists(path):
        return 0
    with open(path, 'rb') as file:
        data = file.read()
    count = 0
    while data[count * RECORD_BYTES : (count + 1) * RECORD_BYTES] == record(count + 1):
        count += 1
    return count


def cut(disk, mounted):
    subprocess.run(['mount', '-o', 'loop', disk, mounted], check=True)
    paths = [f'{mounted}/{i}' for i in range(THREADS)]
    synced = [[] for _ in paths]
    threads = [threading.Thread(target=write, args=each) for each in zip(paths, synced)]
    for thread in threads:
        thread.start()
    time.sleep(random.random() * 0.03)
    fd = os.open(mounted, os.O_RDONLY)
    began = time.monotonic_ns()
    fcntl.ioctl(fd, EXT4_IOC_SHUTDOWN, NOLOGFLUSH)
    os.close(fd)
    for thread in threads:
        thread.join()
    subprocess.run(['umount', mounted], check=True)
    subprocess.run(['mount', '-o', 'loop', disk, mounted], check=True)
    kept = [whole_records(path) for path in paths]
    subprocess.run(['umount', mounted], check=True)
    return [(at >= began, i >= kept[t]) for t, times in enumerate(synced) for i, at in enumerate(times)]


with tempfile.TemporaryDirectory() as home:
    disk, mounted = f'{home}/disk', f'{home}/mounted'
    os.mkdir(mounted)
    with open(disk, 'w') as file:
        file.truncate(DISK_BYTES)
    subprocess.run(['mkfs.ext4', '-q', '-F', disk], check=True)
    syncs = [each for _ in range(int(sys.argv[1])) for each in cut(disk, mounted)]
for during, when in ((False, 'before'), (True, 'during')):
    lost = [is_lost for is_during, is_lost in syncs if is_during == during]
    print(f'{len(lost)} syncs {when} the shutdown, {sum(lost)} lost')
