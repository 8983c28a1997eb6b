#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/* glibc declares it for _GNU_SOURCE only, which the Swift importer does not define. */
extern int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);
