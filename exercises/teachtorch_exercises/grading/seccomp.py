"""The system calls that a student's code may not make, as a filter that the kernel runs.

bubblewrap takes away what a process could reach; this takes away ways to ask the kernel for something else:
calls that no exercise needs and in which holes are found again and again, and sockets that leave the machine
by another door than the network (a virtual machine's host can be reached through `AF_VSOCK`, which network
namespaces do not cover). A refused call fails with EPERM, as on any machine that forbids it.

The filter is a program for the kernel's classic BPF machine: instructions of eight bytes that load a word of
`struct seccomp_data {int nr; u32 arch; u64 ip; u64 args[6];}`, compare, and return what is to happen.
"""

from __future__ import annotations

import errno
import platform
import struct
import sys

LOAD, AND_JUMP, EQUAL, AT_LEAST, RETURN = 0x20, 0x45, 0x15, 0x35, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
NUMBER, ARCH, FIRST_ARGUMENT = 0, 4, 16

AF_UNIX = 1
#: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET; NEWTIME is for `unshare` alone.
NEW_NAMESPACES = 0x7E020000


def _numbers(table: str) -> dict[str, int]:
    return {name: int(number) for name, number in (entry.split(":") for entry in table.split())}


X86_64 = _numbers("""
    socket:41 clone:56 ptrace:101 syslog:103 personality:135 vhangup:153 modify_ldt:154 pivot_root:155
    adjtimex:159 chroot:161 acct:163 settimeofday:164 mount:165 umount2:166 swapon:167 swapoff:168
    reboot:169 sethostname:170 setdomainname:171 iopl:172 ioperm:173 init_module:175 delete_module:176
    quotactl:179 lookup_dcookie:212 clock_settime:227 kexec_load:246 add_key:248 request_key:249
    keyctl:250 migrate_pages:256 unshare:272 move_pages:279 perf_event_open:298 fanotify_init:300
    name_to_handle_at:303 open_by_handle_at:304 clock_adjtime:305 setns:308 process_vm_readv:310
    process_vm_writev:311 kcmp:312 finit_module:313 kexec_file_load:320 bpf:321 userfaultfd:323
""")
AARCH64 = _numbers("""
    lookup_dcookie:18 umount2:39 mount:40 pivot_root:41 chroot:51 vhangup:58 quotactl:60 acct:89
    personality:92 unshare:97 kexec_load:104 init_module:105 delete_module:106 clock_settime:112
    syslog:116 ptrace:117 reboot:142 sethostname:161 setdomainname:162 settimeofday:170 adjtimex:171
    socket:198 add_key:217 request_key:218 keyctl:219 clone:220 swapon:224 swapoff:225 migrate_pages:238
    move_pages:239 perf_event_open:241 fanotify_init:262 name_to_handle_at:264 open_by_handle_at:265
    clock_adjtime:266 setns:268 process_vm_readv:270 process_vm_writev:271 kcmp:272 finit_module:273
    bpf:280 userfaultfd:282 kexec_file_load:294
""")
#: From 424 on, numbers are the same everywhere.
NEWER = _numbers("""
    io_uring_setup:425 io_uring_enter:426 io_uring_register:427 open_tree:428 move_mount:429 fsopen:430
    fsconfig:431 fsmount:432 fspick:433 pidfd_getfd:438 mount_setattr:442
""")
#: Its arguments are out of a filter's sight, so it has to look as if it did not exist; libraries then use
#: `clone`.
CLONE3 = 435

MACHINES = {"x86_64": (0xC000003E, X86_64), "aarch64": (0xC00000B7, AARCH64)}


def filter_program() -> bytes | None:
    """The filter for this machine's processor; None for one whose numbers are not known here."""
    if sys.byteorder != "little" or sys.maxsize < 1 << 32 or platform.machine() not in MACHINES:
        return None
    arch, calls = MACHINES[platform.machine()]
    special = ("clone", "socket")
    refused = [number for name, number in {**calls, **NEWER}.items() if name not in special]
    program = [
        _instruction(LOAD, ARCH),
        *_unless(EQUAL, arch, REFUSE | errno.EPERM),
        _instruction(LOAD, NUMBER),
        *_when(AT_LEAST, 0x40000000, REFUSE | errno.EPERM),  # x86-64's other table of numbers, x32
        *(word for number in refused for word in _when(EQUAL, number, REFUSE | errno.EPERM)),
        *_when(EQUAL, CLONE3, REFUSE | errno.ENOSYS),
        # clone(flags): no new namespace. The four instructions after this are skipped for any other call.
        _instruction(EQUAL, calls["clone"], 0, 4),
        _instruction(LOAD, FIRST_ARGUMENT),
        *_when(AND_JUMP, NEW_NAMESPACES, REFUSE | errno.EPERM),
        _instruction(RETURN, ALLOW),
        # socket(family): within the machine alone. The three after this are skipped for any other call.
        _instruction(EQUAL, calls["socket"], 0, 3),
        _instruction(LOAD, FIRST_ARGUMENT),
        *_unless(EQUAL, AF_UNIX, REFUSE | errno.EACCES),
        _instruction(RETURN, ALLOW),
    ]
    return b"".join(program)


def _instruction(code: int, value: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, when_true, when_false, value)


def _when(comparison: int, value: int, verdict: int) -> list[bytes]:
    """Return `verdict` when the comparison holds, else go on."""
    return [_instruction(comparison, value, 0, 1), _instruction(RETURN, verdict)]


def _unless(comparison: int, value: int, verdict: int) -> list[bytes]:
    """Return `verdict` when the comparison does not hold, else go on."""
    return [_instruction(comparison, value, 1, 0), _instruction(RETURN, verdict)]
