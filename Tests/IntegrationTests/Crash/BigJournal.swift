/// A store just below 64 MiB: one more version of 2 MB, and a server compacts it.
enum BigJournal {
    static let ids = (0..<33).map { "p\($0)" }

    /// The words of a program that writes it, as docs/store.md has it, without a server.
    static func writing(to store: String) -> [String] { ["python3", "-c", script, store, "\(ids.count)"] }

    private static let script = """
        import os, sys, zlib
        os.mkdir(sys.argv[1], 0o700)
        journal, crc = open(sys.argv[1] + "/journal.ndjson", "wb"), 0
        def add(text):
            global crc
            rest = text.encode() + b"\\n"
            crc = zlib.crc32(rest, crc)
            journal.write(b'{"crc":"%08x",' % crc + rest)
        add('"format":"keyward-journal","version":1}')
        for n in range(int(sys.argv[2])):
            time = "2026-01-01T00:00:00.000Z"
            meta = '{"versionId":"1","lastUpdated":"' + time + '"}'
            head = '{"resourceType":"Patient","id":"p%d","meta":%s,"a":"' % (n, meta)
            body = head + "x" * 2_000_000 + '"}'
            about = (n + 1, n, time, body)
            add('"seq":%d,"type":"Patient","id":"p%d","version":1,"time":"%s","action":"put","resource":%s}' % about)
        """
}
