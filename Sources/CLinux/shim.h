#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* glibc declares it for _GNU_SOURCE only, which the Swift importer does not define. */
extern int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);

/* prctl takes any number of arguments, and Swift calls no such function. */
static inline int prctl_set_dumpable(unsigned long value) { return prctl(PR_SET_DUMPABLE, value, 0UL, 0UL, 0UL); }
