/// The text of `Config/server.env`: every variable, commented out, with its default and its sentence.
let environmentFile: String = {
    var text = """
        # The settings of keyward as environment variables, for --env-file of Docker or EnvironmentFile= of systemd.
        # Each is shown with its default; take the # away to change it. A flag of the same name outranks it.
        # Sizes are bytes, or whole numbers with KiB, MiB or GiB; time-outs are whole numbers with ms, s, m or h.

        """
    for setting in Setting.all {
        text += "\n# \(setting.sentence)\n"
        if setting.fallback == nil { text += "# Default: \(setting.otherwise).\n" }
        if !setting.aliases.isEmpty { text += "# Also read: \(setting.aliases.joined(separator: ", ")).\n" }
        text += "#\(setting.variable)=\(setting.fallback ?? "")\n"
    }
    return text
}()
