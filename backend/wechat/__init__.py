"""The only room that talks to WeChat, and the door through which WeChat talks to us."""
