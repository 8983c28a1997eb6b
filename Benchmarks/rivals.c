/* What the store's commits are measured against, on the same file system.
 *
 *     rivals bare FILE SECONDS             one thread: a line of the journal's usual length is written, then fdatasync
 *     rivals sqlite FILE WRITERS SECONDS   SQLite: so many threads, each with a connection of its own, WAL,
 *                                          synchronous=FULL, one transaction a resource
 *
 * Prints, with tabs between: writes, nanoseconds of all, and nanoseconds of one: the median and the 99th percentile.
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { line_length = 650, body_length = 500, ids_of_a_writer = 64, writers_at_most = 1024, patience_ms = 60000 };

static const char *file;
static int64_t deadline;
static pthread_barrier_t start;

/* The times of one writer's writes, in nanoseconds. */
struct writer {
    pthread_t thread;
    int number;
    int64_t *times;
    size_t count, room;
};

static void fail(const char *what)
{
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void note(struct writer *writer, int64_t time)
{
    if (writer->count == writer->room) {
        writer->room = writer->room ? 2 * writer->room : 1024;
        writer->times = realloc(writer->times, writer->room * sizeof *writer->times);
        if (!writer->times) fail("realloc");
    }
    writer->times[writer->count++] = time;
}

static void bare(struct writer *writer)
{
    char line[line_length];
    memset(line, 'x', sizeof line);
    int descriptor = open(file, O_WRONLY | O_CREAT, 0600);
    if (descriptor < 0) fail("open");
    for (int64_t last = now(); last < deadline;) {
        if (pwrite(descriptor, line, sizeof line, writer->count * sizeof line) != sizeof line) fail("pwrite");
        if (fdatasync(descriptor) != 0) fail("fdatasync");
        int64_t time = now();
        note(writer, time - last);
        last = time;
    }
    close(descriptor);
}

static sqlite3 *connect_to(void)
{
    sqlite3 *database;
    if (sqlite3_open(file, &database) != SQLITE_OK) fail("sqlite3_open");
    sqlite3_busy_timeout(database, patience_ms);
    if (sqlite3_exec(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                               "CREATE TABLE IF NOT EXISTS resource"
                               "(id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID",
                     NULL, NULL, NULL) != SQLITE_OK) fail(sqlite3_errmsg(database));
    return database;
}

static void step(sqlite3 *database, sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE) fail(sqlite3_errmsg(database));
    sqlite3_reset(statement);
}

static sqlite3_stmt *prepare(sqlite3 *database, const char *text)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, text, -1, &statement, NULL) != SQLITE_OK) fail(sqlite3_errmsg(database));
    return statement;
}

static void *sqlite(void *argument)
{
    struct writer *writer = argument;
    char body[body_length];
    memset(body, 'x', sizeof body);
    sqlite3 *database = connect_to();
    sqlite3_stmt *begin = prepare(database, "BEGIN IMMEDIATE"), *commit = prepare(database, "COMMIT");
    sqlite3_stmt *put = prepare(database, "INSERT INTO resource VALUES (?1, 1, ?2) ON CONFLICT(id) DO UPDATE SET "
                                          "version = version + 1, body = excluded.body");
    /* Once when it is ready, once when the time has begun. */
    pthread_barrier_wait(&start);
    pthread_barrier_wait(&start);
    for (int64_t last = now(); last < deadline;) {
        char id[64];
        snprintf(id, sizeof id, "client-%d-%zu", writer->number, writer->count % ids_of_a_writer);
        step(database, begin);
        sqlite3_bind_text(put, 1, id, -1, SQLITE_STATIC);
        sqlite3_bind_blob(put, 2, body, sizeof body, SQLITE_STATIC);
        step(database, put);
        step(database, commit);
        int64_t time = now();
        note(writer, time - last);
        last = time;
    }
    sqlite3_finalize(begin);
    sqlite3_finalize(put);
    sqlite3_finalize(commit);
    sqlite3_close(database);
    return NULL;
}

static int compare(const void *left, const void *right)
{
    int64_t l = *(const int64_t *)left, r = *(const int64_t *)right;
    return (l > r) - (l < r);
}

int main(int count, char **words)
{
    int isBare = count == 4 && strcmp(words[1], "bare") == 0;
    if (!isBare && (count != 5 || strcmp(words[1], "sqlite") != 0)) fail("reading the arguments: see rivals.c; that");
    static struct writer writers[writers_at_most];
    int writing = isBare ? 1 : atoi(words[3]);
    if (writing < 1 || writing > writers_at_most) fail("the number of writers");
    file = words[2];
    int64_t time = atoll(words[count - 1]) * 1000000000LL, begin;
    if (isBare) {
        begin = now();
        deadline = begin + time;
        bare(&writers[0]);
    } else {
        sqlite3 *first = connect_to();
        pthread_barrier_init(&start, NULL, writing + 1);
        for (int number = 0; number < writing; number++) {
            writers[number].number = number;
            if (pthread_create(&writers[number].thread, NULL, sqlite, &writers[number]) != 0) fail("pthread_create");
        }
        pthread_barrier_wait(&start);
        begin = now();
        deadline = begin + time;
        pthread_barrier_wait(&start);
        for (int number = 0; number < writing; number++) pthread_join(writers[number].thread, NULL);
        sqlite3_close(first);
    }
    int64_t all = now() - begin;
    struct writer total = {0};
    for (int number = 0; number < writing; number++)
        for (size_t write = 0; write < writers[number].count; write++) note(&total, writers[number].times[write]);
    if (total.count == 0) fail("writing anything");
    qsort(total.times, total.count, sizeof *total.times, compare);
    printf("%zu\t%lld\t%lld\t%lld\n", total.count, (long long)all, (long long)total.times[total.count / 2],
           (long long)total.times[total.count * 99 / 100]);
    return 0;
}
