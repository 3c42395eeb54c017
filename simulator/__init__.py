"""A stand-in for WeChat's servers: real HTTP, real signatures, faults on demand.

It plays `api.weixin.qq.com` and `api.mch.weixin.qq.com` on one port, keeps its state in one
directory, and knows nothing of the service that talks to it.
"""
