// On to the platform, with the answer that it waits for.
document.getElementById("answer").submit();
