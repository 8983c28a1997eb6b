/* The floor of the benchmark: a bare loop that does the system calls of Keyward's authenticated read, and nothing else
 * that it can leave out.
 *
 * A turn of the loop: one epoll_wait, a recv of every connection that is ready, one stat through the links of the
 * volume that holds the secret, a send of every answer. Requests are told apart by their blank line; the credentials
 * are one memcmp with what is right. It decodes no request, routes none, and keeps no limit or time-out, so nobody may use
 * it for anything else.
 *
 *     floor PORT BODY-FILE SECRET-FILE AUTHORIZATION
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { events_at_once = 256, connections_at_most = 4096, read_size = 65536, kept_at_most = 8192 };

static const char ok_lines[] =
    "HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 12:00:00 GMT\r\nContent-Type: application/fhir+json\r\n"
    "ETag: W/\"2\"\r\nLast-Modified: Tue, 24 Nov 2026 12:00:00 GMT\r\nX-Request-Id: 0123456789abcdef-12345678\r\n";
static const char denied[] =
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"fhir\"\r\nContent-Length: 0\r\n\r\n";

/* What a connection has sent of a request that is not whole yet. */
struct connection {
    size_t kept;
    char bytes[kept_at_most];
};

static struct connection *connections[connections_at_most];
/* A turn's bytes: each ready connection's are in its own place until the file has been looked at. */
static char *received[events_at_once];
static char ok[4096], answers[read_size];
static size_t ok_length;
static char right[1024];
static size_t right_length;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void prepare(const char *body_file, const char *authorization)
{
    char body[2048];
    FILE *file = fopen(body_file, "rb");
    if (!file) fail(body_file);
    size_t length = fread(body, 1, sizeof body, file);
    fclose(file);
    int head = snprintf(ok, sizeof ok, "%sContent-Length: %zu\r\n\r\n", ok_lines, length);
    if (head < 0 || (size_t)head + length > sizeof ok) fail("the body is too long");
    memcpy(ok + head, body, length);
    ok_length = (size_t)head + length;
    right_length = (size_t)snprintf(right, sizeof right, "\r\nAuthorization: %s\r\n", authorization);
    if (right_length >= sizeof right) fail("the credentials are too long");
}

static int listen_on(int port)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (listener < 0) fail("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
    if (listen(listener, 1024) != 0) fail("listen");
    return listener;
}

static void watch(int queue, int descriptor)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data = {.fd = descriptor}};
    if (epoll_ctl(queue, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
}

static void welcome(int queue, int listener)
{
    int yes = 1, accepted;
    while ((accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (accepted >= connections_at_most || !(connections[accepted] = calloc(1, sizeof(struct connection)))) {
            close(accepted);
            continue;
        }
        setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        watch(queue, accepted);
    }
}

static void end(int descriptor)
{
    free(connections[descriptor]);
    connections[descriptor] = NULL;
    close(descriptor);
}

/* Answers all whole requests in the bytes with one send. Whether the connection goes on. */
static int answer(int descriptor, const char *bytes, size_t length, int may_enter)
{
    struct connection *connection = connections[descriptor];
    const char *start = bytes, *end_of_bytes = bytes + length, *blank;
    size_t filled = 0;
    while ((blank = memmem(start, (size_t)(end_of_bytes - start), "\r\n\r\n", 4))) {
        const char *field = memmem(start, (size_t)(blank - start), "\r\nAuthorization: ", 17);
        int is_right = may_enter && field && (size_t)(blank + 2 - field) >= right_length
            && memcmp(field, right, right_length) == 0;
        const char *response = is_right ? ok : denied;
        size_t size = is_right ? ok_length : sizeof denied - 1;
        if (filled + size > sizeof answers) return 0;
        memcpy(answers + filled, response, size);
        filled += size;
        start = blank + 4;
    }
    connection->kept = (size_t)(end_of_bytes - start);
    if (connection->kept > kept_at_most / 2) return 0;
    memmove(connection->bytes, start, connection->kept);
    /* A peer that does not read what it asked for is let go. */
    return filled == 0 || send(descriptor, answers, filled, MSG_NOSIGNAL) == (ssize_t)filled;
}

int main(int count, char **words)
{
    if (count != 5) {
        fprintf(stderr, "usage: floor PORT BODY-FILE SECRET-FILE AUTHORIZATION\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    prepare(words[2], words[4]);
    int listener = listen_on(atoi(words[1])), queue = epoll_create1(EPOLL_CLOEXEC);
    if (queue < 0) fail("epoll_create1");
    watch(queue, listener);
    for (int index = 0; index < events_at_once; index++)
        if (!(received[index] = malloc(read_size + kept_at_most))) fail("malloc");

    for (;;) {
        struct epoll_event events[events_at_once];
        ssize_t lengths[events_at_once];
        int ready = epoll_wait(queue, events, events_at_once, -1);
        int anybody = 0;
        for (int index = 0; index < ready; index++) {
            int descriptor = events[index].data.fd;
            lengths[index] = 0;
            if (descriptor == listener) {
                welcome(queue, listener);
                continue;
            }
            struct connection *connection = connections[descriptor];
            memcpy(received[index], connection->bytes, connection->kept);
            ssize_t length = recv(descriptor, received[index] + connection->kept, read_size, 0);
            if (length > 0) {
                lengths[index] = length + (ssize_t)connection->kept;
                anybody = 1;
            } else if (length == 0 || (errno != EAGAIN && errno != EINTR)) {
                end(descriptor);
            }
        }
        if (!anybody) continue;
        /* All bytes of this turn were there before this look, so it is stale for none of their requests. */
        struct stat status;
        int may_enter = stat(words[3], &status) == 0 && S_ISREG(status.st_mode);
        for (int index = 0; index < ready; index++)
            if (lengths[index] > 0) {
                int descriptor = events[index].data.fd;
                if (!answer(descriptor, received[index], (size_t)lengths[index], may_enter)) end(descriptor);
            }
    }
}
