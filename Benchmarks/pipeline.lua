-- wrk: so many requests in one write, `-- COUNT`. wrk takes its time for the last answer of them.
init = function(arguments)
    local one, all = wrk.format(), {}
    for index = 1, tonumber(arguments[1]) do
        all[index] = one
    end
    together = table.concat(all)
end

request = function()
    return together
end
